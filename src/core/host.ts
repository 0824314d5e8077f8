import { isIP } from 'node:net';

const label = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/i;

/** Whether a text is an IP address (IPv6 without brackets) or has the form of a host name (RFC 1123). */
export function isHost(text: string): boolean {
  if (isIP(text)) return true;
  const labels = text.replace(/\.$/, '').split('.');
  // A host whose last label is a number must be an IPv4 address (URL Standard §3.5).
  return text.length <= 253 && labels.every((each) => label.test(each)) && !/^(\d+|0x[\da-f]*)$/i.test(labels.at(-1) ?? '');
}

/** Writes a host as URLs do: IPv6 in brackets, the zone's percent sign encoded (RFC 6874). */
export function hostInUrl(host: string): string {
  return isIP(host) === 6 ? `[${host.replace('%', '%25')}]` : host;
}
