import { describe, expect, it } from 'vitest';
import { lineOfField, readYaml, yamlOf } from './policy-yaml.ts';

const document = {
  name: 'voice',
  match_conditions: {
    any_of: [{ protocol: 'udp', destination_ports: [{ from: 16_384, to: 32_767 }] }, { dscp: [46] }],
  },
  action: { type: 'steer', sla: { max_loss_percent: 1 } },
};

describe('a policy as YAML', () => {
  it('is read as it was written', () => {
    expect(readYaml(yamlOf(document))).toEqual({ ok: true, document });
  });

  it('tells on which line a text is no YAML, or no policy', () => {
    expect(readYaml('name: voice\naction: [')).toMatchObject({ ok: false, line: 2 });
    expect(readYaml('just words')).toMatchObject({ ok: false, line: 1 });
  });

  it('knows the line of a field, and of the nearest where there is none', () => {
    const text = yamlOf(document);
    const line = (field: string) => text.split('\n')[lineOfField(text, field) - 1];
    expect(line('action.sla.max_loss_percent')).toContain('max_loss_percent');
    expect(line('match_conditions.any_of.1.dscp.0')).toContain('46');
    expect(line('action.type.unknown')).toContain('steer');
  });
});
