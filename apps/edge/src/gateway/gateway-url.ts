import { InvalidInputError } from '@patronus/core';

const defaultGatewayPort = 8443;

/** The address of an edge gateway, from what a user may write: `controller.example`, `192.0.2.1:8443`, `https://…`. */
export function parseGatewayUrl(text: string): URL {
  const withScheme = /^[a-z]+:\/\//i.test(text) ? text.replace(/^wss:/i, 'https:') : `https://${text}`;
  if (!URL.canParse(withScheme)) throw badUrl(text, 'is not an address');
  const url = new URL(withScheme);
  if (url.protocol !== 'https:') throw badUrl(text, `has the scheme ${url.protocol.slice(0, -1)}`);
  if (url.pathname !== '/' || url.search !== '' || url.username !== '')
    throw badUrl(text, 'has more than host and port');
  if (url.port === '' && !withScheme.endsWith(':443')) url.port = String(defaultGatewayPort);
  return url;
}

/** Host without the brackets of an IPv6 literal, and port, as sockets want them. */
export const socketAddress = (url: URL): { host: string; port: number } => ({
  host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
  port: url.port === '' ? 443 : Number(url.port),
});

const badUrl = (text: string, problem: string): InvalidInputError =>
  new InvalidInputError([
    { field: 'url', problem: `"${text}" ${problem}`, remedy: 'write it like https://controller.example:8443' },
  ]);
