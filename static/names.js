// When two names are the same. The twin of loadzone/domain/names.py, which says more.
const IGNORABLE = /\p{Default_Ignorable_Code_Point}+/gu;

/** Return a form that is equal for names that are the same. Upper case last: lower case depends on the end of a word in Greek. */
export const nameKey = (text) =>
  text.replace(IGNORABLE, "").normalize("NFKC").toLowerCase().toUpperCase().normalize("NFKC");
