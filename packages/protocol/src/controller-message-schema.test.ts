import { describe, expect, it } from 'vitest';
import { parseControllerMessage } from './controller-message-schema.ts';

const problemOf = (text: string): string => {
  const parsed = parseControllerMessage(text);
  return parsed.ok ? '' : parsed.error.map((each) => `${each.field}: ${each.problem}`).join('; ');
};

describe('a message from the controller', () => {
  it('is read with its fields', () => {
    expect(parseControllerMessage('{"type":"confirmed","version":"abc"}')).toEqual({
      ok: true,
      value: { type: 'confirmed', version: 'abc' },
    });
  });

  it('may have a field that this edge does not know', () => {
    expect(parseControllerMessage('{"type":"ping","id":1,"colour":"red"}').ok).toBe(true);
  });

  it('names the field that is wrong', () => {
    expect(problemOf('{"type":"telemetry_ack","sequence":-1}')).toContain('sequence');
  });

  it('asks for a few probes at most', () => {
    const ask = (probes: number) =>
      problemOf(JSON.stringify({ type: 'check_path', id: 1, pathId: '00000000-0000-4000-8000-000000000001', probes }));
    expect(ask(5)).toBe('');
    expect(ask(0)).toContain('probes');
    expect(ask(10_000)).toContain('probes');
  });

  it('says what it does not understand', () => {
    expect(problemOf('{"type":"toString"}')).toBe('type: is "toString", which is unknown');
    expect(problemOf('null')).toBe('type: is absent, which is unknown');
    expect(problemOf('{')).toBe('(whole): is not JSON');
  });
});
