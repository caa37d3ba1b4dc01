import type { Address } from '@patronus/core';
import type { ServiceFinding } from './flow-inspector.ts';

/** What the inspector says, a line of text each. */
export type InspectorLine =
  { readonly type: 'ready'; readonly version: string } | { readonly type: 'found'; readonly finding: ServiceFinding };

/** Such as `found udp 10.2.0.20 7022 sip`. */
export function inspectorText(line: InspectorLine): string {
  if (line.type === 'ready') return `ready ${line.version}`;
  const { protocol, destination, destinationPort, application } = line.finding;
  return `found ${protocol} ${destination} ${destinationPort} ${application}`;
}

const found = /^found (tcp|udp) ([0-9a-f.:]{2,45}) (\d{1,5}) ([a-z0-9-]{1,63})$/;

/** The reverse of {@link inspectorText}; null for what an inspector that strangers took over might say beside. */
export function parseInspectorLine(text: string): InspectorLine | null {
  const finding = found.exec(text);
  if (finding !== null) {
    const [, protocol, destination, port, application] = finding as unknown as [
      string,
      'tcp' | 'udp',
      Address,
      string,
      string,
    ];
    return { type: 'found', finding: { protocol, destination, destinationPort: Number(port), application } };
  }
  const version = /^ready (\S{1,50})$/.exec(text)?.[1];
  return version === undefined ? null : { type: 'ready', version };
}
