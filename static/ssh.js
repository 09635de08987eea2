// The command that opens a shell on a machine.

/** Return the command; "" if the machine has no address. Without an account of its own, it is the name in the user's email. */
export function sshCommand(vm, email) {
  const { host, port } = hostAndPort(vm.external_ip || vm.internal_ip || "");
  const user = vm.ssh_user || (email ?? "user").split("@")[0];
  const option = vm.ssh_port || port ? `-p ${vm.ssh_port || port} ` : "";
  return host && `ssh ${option}${user}@${host}`;
}

/** Return the parts of `host`, `host:port`, `[IPv6]` or `[IPv6]:port`: ssh wants a port apart, and no brackets. */
function hostAndPort(address) {
  const [, bracketed, plain, port] = address.match(/^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/) ?? [];
  return { host: bracketed ?? plain ?? address, port };
}
