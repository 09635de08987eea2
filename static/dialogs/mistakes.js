// The box at the foot of a dialog that says what is wrong with what was sent.
import { fill, html } from "../html.js";

/** Show the mistakes, [{name, text}], with markup that offers a way out. The first field that one is about gets the focus. */
export function showMistakes({ form, box, send }, mistakes, offer) {
  fill(box, html`<span>${mistakes.map(({ name, text }) => html`<span data-about="${name}">${text}</span>`)}</span>${offer}`);
  box.hidden = false;
  box.scrollTop = 0;
  if (box.scrollHeight > box.clientHeight) box.tabIndex = 0; // scrolls by keyboard too
  else box.removeAttribute("tabindex");
  const inputs = mistakes.map(({ name }) => name && form.elements[name]).filter((input) => input?.focus);
  for (const input of inputs) input.setAttribute("aria-invalid", "true");
  if (inputs.length) inputs[0].focus();
  else if (document.activeElement === document.body) send?.focus(); // the disabled button lost the focus
}

export function hideMistakes({ form, box }) {
  box.hidden = true;
  for (const input of form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
}

/** Take away what was wrong with a field as soon as the user corrects it. */
export function followCorrections({ form, box }) {
  form.addEventListener("input", ({ target }) => {
    if (!target.name || box.hidden) return;
    target.removeAttribute("aria-invalid");
    for (const mistake of box.querySelectorAll(`[data-about="${CSS.escape(target.name)}"]`)) mistake.remove();
    if (!box.querySelector("[data-about]")) box.hidden = true;
  });
}
