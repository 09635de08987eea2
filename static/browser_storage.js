// What the browser keeps for this page, if it allows that.
import { base } from "./base.js";

/** Under a path of a shared host the names begin with that path: all applications of the host share one storage. */
export function remember(name, value) {
  try {
    localStorage.setItem(base + name, value);
  } catch (error) {
    console.info("the browser does not store preferences:", error.message);
  }
}

export function forget(name) {
  try {
    localStorage.removeItem(base + name);
  } catch (error) {
    console.info("the browser does not store preferences:", error.message);
  }
}

export function recall(name) {
  try {
    return localStorage.getItem(base + name);
  } catch (error) {
    console.info("the browser does not store preferences:", error.message);
    return null;
  }
}
