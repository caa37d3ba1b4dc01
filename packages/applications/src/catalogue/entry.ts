import {
  parseDomainPattern,
  prefix,
  type Application,
  type ApplicationCategory,
  type ApplicationPort,
  type ApplicationSignature,
  type DomainPattern,
} from '@patronus/core';

/** A signature in the catalogue's shorthand. */
export interface Shorthand {
  /** `example.com`, `*.example.com`, or `.example.com` for both. */
  readonly domains?: string;
  readonly prefixes?: string;
  /** `tcp/443`, `udp/8801-8810`. */
  readonly ports?: string;
}

/** An entry of the catalogue; words in a list are set apart by spaces. Throws for an entry that is malformed. */
export function entry(
  category: ApplicationCategory,
  name: string,
  title: string,
  signatures: Shorthand | readonly Shorthand[],
  dscp: number | null = null,
): Application {
  const list = Array.isArray(signatures) ? (signatures as readonly Shorthand[]) : [signatures as Shorthand];
  return { name, title, category, signatures: list.map(signature), dscp };
}

function signature({ domains, prefixes, ports }: Shorthand): ApplicationSignature {
  return {
    ...(domains === undefined ? {} : { domains: words(domains).flatMap(patterns) }),
    ...(prefixes === undefined ? {} : { prefixes: words(prefixes).map(prefix) }),
    ...(ports === undefined ? {} : { ports: words(ports).map(port) }),
  };
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

const patterns = (text: string): DomainPattern[] =>
  (text.startsWith('.') ? [text.slice(1), `*${text}`] : [text]).map((each) => {
    const parsed = parseDomainPattern(each);
    if (!parsed.ok) throw new TypeError(parsed.error);
    return parsed.value;
  });

function port(text: string): ApplicationPort {
  const match = /^(tcp|udp|sctp)\/(\d+)(?:-(\d+))?$/.exec(text);
  if (match === null) throw new TypeError(`"${text}" is no port`);
  const from = Number(match[2]);
  return { protocol: match[1] as ApplicationPort['protocol'], from, to: Number(match[3] ?? from) };
}
