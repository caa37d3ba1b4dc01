import type { ApplicationInput, Signature } from './application-documents.ts';

type PortInput = NonNullable<ApplicationInput['signatures'][number]['ports']>[number];

/** `tcp/443` or `udp/3478-3481`. */
export const portText = ({ protocol, from, to }: PortInput): string =>
  `${protocol}/${from === to ? from : `${from}-${to}`}`;

/** Null for a text that is no port. */
export function parsePort(text: string): PortInput | null {
  const [, protocol = 'tcp', from, to = from] =
    /^\s*(?:(tcp|udp|sctp)\s*[/ ]\s*)?(\d{1,5})(?:\s*[-–]\s*(\d{1,5}))?\s*$/i.exec(text) ?? [];
  return from === undefined ? null : { protocol: protocol.toLowerCase(), from: Number(from), to: Number(to) };
}

/** One way to recognise an application, in few words. */
export function signatureText({ domains, prefixes, ports }: Signature): string {
  const servers = [...domains, ...prefixes];
  const shown = servers.slice(0, 3).join(', ') + (servers.length > 3 ? ` and ${servers.length - 3} more` : '');
  return [shown, ports.map(portText).join(', ')].filter(Boolean).join(' on ');
}
