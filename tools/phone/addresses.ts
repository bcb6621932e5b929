import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';

/** Names of interfaces that no phone is on: containers, virtual machines, tunnels. */
const VIRTUAL = /^(docker|veth|br-|virbr|vmnet|vboxnet|vEthernet|utun|tun|tap|wg|tailscale|zt|lxc|podman|cni|awdl|llw)/i;

/** Lower is likelier to be the network that the phone is on. */
function rank(name: string, address: string): number {
  const virtual = VIRTUAL.test(name) ? 10 : 0;
  if (address.startsWith('192.168.')) return virtual;
  if (address.startsWith('10.')) return virtual + 1;
  if (/^172\.(1[6-9]|2\d|3[01])\./.test(address)) return virtual + 2;
  return virtual + 3;
}

/**
 * IPv4 addresses of this machine that a phone in the same network may reach, likeliest first. IPv6 addresses are left
 * out: link-local ones need a zone that no phone's browser takes.
 */
export function localAddresses(interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces()): string[] {
  return Object.entries(interfaces)
    .flatMap(([name, list]) => (list ?? []).map((info) => ({ name, info })))
    .filter(({ info }) => info.family === 'IPv4' && !info.internal && !info.address.startsWith('169.254.'))
    .sort((a, b) => rank(a.name, a.info.address) - rank(b.name, b.info.address))
    .map(({ info }) => info.address);
}
