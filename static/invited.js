// The address in the link of an invitation, which the sign-in dialog is filled in with.
const EMAIL_MAX = 254;

export const invitedEmail = () => (new URLSearchParams(location.search).get("email") ?? "").slice(0, EMAIL_MAX);

/** Remove it from the address of the page: whoever the page is sent to has another one. */
export function forgetInvitation() {
  if (!invitedEmail()) return;
  const url = new URL(location.href);
  url.searchParams.delete("email");
  history.replaceState(history.state, "", url);
}
