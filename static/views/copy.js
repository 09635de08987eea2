// Copying with a click, with a sign that it worked; also where the page came by plain http.
import { t } from "../i18n.js";
import { toast } from "./toasts.js";

/** `said` stands for the text in the word of its being copied. */
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

/** The clipboard belongs to secure pages alone; elsewhere the old command still serves. */
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
