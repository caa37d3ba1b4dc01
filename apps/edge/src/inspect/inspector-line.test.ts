import type { Address } from '@patronus/core';
import { expect, it } from 'vitest';
import { inspectorText, parseInspectorLine, type InspectorLine } from './inspector-line.ts';

it('lines of the inspector are read as they were written', () => {
  const lines: InspectorLine[] = [
    { type: 'ready', version: '4.2.0' },
    {
      type: 'found',
      finding: { protocol: 'udp', destination: '2001:db8::7' as Address, destinationPort: 7_022, application: 'sip' },
    },
  ];
  for (const line of lines) expect(parseInspectorLine(inspectorText(line))).toEqual(line);
});

it('whatever else it says means nothing', () => {
  for (const text of ['', 'found', 'found tcp 10.0.0.1 1', 'found icmp 10.0.0.1 1 ssh', '{"type":"ready"}', 'ready'])
    expect(parseInspectorLine(text)).toBeNull();
});
