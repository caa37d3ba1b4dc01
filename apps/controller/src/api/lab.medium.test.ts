import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestController } from '../testing/index.ts';

/** Stands for the program behind a lab's socket: tells what it was asked, and refuses lines that it has not. */
function fakeLab(asked: [string, unknown][]): Server {
  const line = { site: 'branch', label: 'mpls', blackout: ['out', 'in'], carrierDown: false, impaired: {} };
  const passage = { delayMs: 10, jitterMs: 0, lossPercent: 0, rateBps: null };
  const lab = { state: 'up', topology: 'default', scenarios: ['failback'], run: null };
  return createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const body = text === '' ? null : (JSON.parse(text) as { site?: string });
      if (request.method === 'POST') asked.push([request.url!, body]);
      const known = body?.site === undefined || body.site === 'branch';
      response.writeHead(known ? 200 : 422, { 'content-type': 'application/json' });
      const refusal = { code: 'not_found', message: 'the lab has no site "mars"; it has branch' };
      response.end(JSON.stringify(known ? { ...lab, lines: [{ ...line, out: passage, in: passage }] } : refusal));
    });
  });
}

describe('the lab beside a controller', () => {
  const directory = mkdtempSync(join(tmpdir(), 'lab-link-'));
  const labSocket = join(directory, 'control.sock');
  const asked: [string, unknown][] = [];
  const lab = fakeLab(asked);
  let controller: TestController;
  const graphql = async (query: string) => {
    const answer = await controller.ask<{ data?: Record<string, unknown>; errors?: { message: string }[] }>(
      'POST',
      '/graphql',
      { query },
    );
    return answer.body;
  };

  beforeAll(async () => {
    controller = await TestController.start({ PATRONUS_LAB_SOCKET: labSocket });
  });
  afterAll(async () => {
    lab.close();
    await controller?.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it('is not there where none runs', async () => {
    expect(await graphql('{ lab { state } }')).toEqual({ data: { lab: null } });
    const refused = await graphql('mutation { labHeal { state } }');
    expect(refused.errors?.[0]?.message).toMatch(/no lab runs/);
  });

  it('tells its lines, and does what operators wish, with a row in the audit log', async () => {
    await new Promise<void>((resolve) => lab.listen(labSocket, resolve));
    const { data } = await graphql('{ lab { topology scenarios lines { site label blackout out { delay_ms } } } }');
    expect(data).toEqual({
      lab: {
        topology: 'default',
        scenarios: ['failback'],
        lines: [{ site: 'branch', label: 'mpls', blackout: ['out', 'in'], out: { delay_ms: 10 } }],
      },
    });
    await graphql('mutation { labBreak(site: "branch", endpoint: "mpls", silent: true) { state } }');
    await graphql('mutation { labImpair(site: "branch", endpoint: "mpls", loss_percent: 5) { state } }');
    await graphql('mutation { labHeal { state } }');
    await graphql('mutation { labRun(scenario: "failback") { state } }');
    expect(asked).toEqual([
      ['/break', { site: 'branch', endpoint: 'mpls', silent: true }],
      ['/impair', { site: 'branch', endpoint: 'mpls', lossPercent: 5 }],
      ['/heal', {}],
      ['/run', { scenario: 'failback' }],
    ]);
    const rows = await graphql('{ auditLog(actions: ["lab_changed"], order: "oldest") { target details } }');
    const told = (rows.data!['auditLog'] as { target: string; details: { what: string } }[]).map(
      ({ details }) => details.what,
    );
    expect(told).toEqual([
      'branch/mpls was cut',
      'branch/mpls was worsened',
      'every line was mended',
      'the scenario failback was started',
    ]);
  });

  it('passes on what the lab refuses, without a row', async () => {
    const refused = await graphql('mutation { labBreak(site: "mars", endpoint: "mpls") { state } }');
    expect(refused.errors?.[0]?.message).toMatch(/no site "mars"/);
    const wrong = await graphql('mutation { labImpair(site: "branch", endpoint: "mpls") { state } }');
    expect(wrong.errors?.[0]?.message).toMatch(/nothing is to be worsened|input/);
    const rows = await graphql('{ auditLog(actions: ["lab_changed"]) { sequence } }');
    expect(rows.data!['auditLog']).toHaveLength(4);
  });
});
