// Copies a text at a click and confirms it; also on pages served by plain HTTP.
import { t } from "../i18n.js";
import { toast } from "./toasts.js";

/** Copy `text`. The confirmation shows `label` in its place, for secrets. */
export async function copy({ text, label = text }, button) {
  try {
    await writeToClipboard(text, button);
  } catch (error) {
    console.info("cannot copy:", error.message);
    return toast(t("copy.failed", { text }), { failed: true });
  }
  button.classList.add("copied");
  setTimeout(() => button.classList.remove("copied"), 1500);
  toast(t("copy.done", { text: label }));
}

/** Only secure pages have the clipboard API; elsewhere the old copy command still works. */
async function writeToClipboard(text, button) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "sr-only";
  (button.closest("dialog") ?? document.body).append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  button.focus();
  if (!copied) throw new Error("the browser refused");
}
