// The dialog in which users choose the letters that they want, and the time zone of the times in them.
import { post } from "../api.js";
import { html } from "../html.js";
import { t } from "../i18n.js";
import { setMe, state } from "../state.js";
import { toast } from "../views/toasts.js";
import { ownZone } from "../letter_zone.js";
import { openDialog } from "./dialog.js";
import { load, loadedPart } from "./loaded_part.js";

export async function lettersDialog() {
  const dialog = openDialog({
    title: t("letters.title"),
    body: loadedPart,
    label: t("act.save"),
    submit: save,
  });
  await load(dialog, "/me", choices);
  dialog.part("[name=letters]")?.focus();
}

function choices({ letters, zone }) {
  return html`
    <fieldset class="checks"><legend>${t("letters.what", { email: state.me.email })}</legend>
      ${Object.entries(letters).map(([kind, wanted]) => html`
        <label class="check"><input type="checkbox" name="letters" value="${kind}" ${wanted && html`checked`}><span>${t(`letters.${kind}`)}</span></label>`)}
    </fieldset>
    ${zone && html`<p class="hint">${t("letters.zone", { zone })}</p>`}
    ${zone && zone !== ownZone() && html`<label class="check"><input type="checkbox" name="zone" value="${ownZone()}">
      <span>${t("letters.zone_here", { zone: ownZone() })}</span></label>`}`;
}

async function save(dialog) {
  const boxes = [...dialog.form.querySelectorAll("[name=letters]")];
  const letters = Object.fromEntries(boxes.map(({ value, checked }) => [value, checked]));
  const zone = dialog.value("zone") || undefined;
  setMe(await post("/me", { letters, zone }));
  toast(t("letters.saved"));
}
