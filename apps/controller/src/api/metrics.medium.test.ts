import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PathId } from '@patronus/core';
import { TestController, TestEdge } from '../testing/index.ts';

let controller: TestController;
let edge: TestEdge;
let pathId: PathId;

beforeAll(async () => {
  controller = await TestController.start();
  for (const [name, address] of [
    ['hq', '192.0.2.1'],
    ['branch', '192.0.2.2'],
  ]) {
    await controller.ask('POST', 'sites', { name, endpoints: [{ label: 'mpls', device: 'eth0', address }] });
  }
  const { items } = await controller.get<{ items: { id: PathId }[] }>('paths?source_site=hq');
  pathId = items[0]!.id;
  const { body } = await controller.ask<{ key: string }>('POST', 'enrolment-keys', { site: 'hq' });
  edge = new TestEdge(controller.edgePort);
  await edge.enrol(body.key);
  await edge.connect();
  const direction = { delayMs: 25, jitterMs: 2, lossPercent: 1 };
  const quality = { rttMs: 50, forward: direction, reverse: direction, mos: 4.1 };
  edge.report(1, {
    paths: [{ pathId, health: 'up', since: Date.now(), sent: 10, received: 10, quality }],
    policies: [{ policyId: 1, epoch: 'a', packets: 7, bytes: 700 }],
    traffic: [{ pathId, bytesSent: 1_000, bytesReceived: 2_000 }],
    flows: [{ policyId: 1, flows: 4 }],
  });
  await edge.hears('telemetry_ack');
});
afterAll(async () => {
  edge.hangUp();
  await controller.stop();
});

const metrics = async (address = '/metrics'): Promise<string> => {
  const response = await fetch(`${controller.running.httpUrl}${address}`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  return response.text();
};

describe('/metrics', () => {
  it('tells what paths measure, in the units of their names, and what they carry', async () => {
    const text = await metrics();
    const labels = `path_id="${pathId}",source_site="hq",source_label="mpls",dest_site="branch",dest_label="mpls"`;
    for (const line of [
      `patronus_path_latency_seconds{${labels}} 0.025`,
      `patronus_path_loss_ratio{${labels}} 0.01`,
      `patronus_path_health{${labels},health_status="up"} 1`,
      `patronus_path_sent_bytes_total{path_id="${pathId}",path="hq/mpls:branch/mpls"} 1000`,
      'patronus_policy_packets_total{policy_id="1",policy="default"} 7',
      'patronus_policy_active_flows{policy_id="1",policy="default"} 4',
      'patronus_sites{status="online"} 1',
      'patronus_edges_online 1',
      'patronus_telemetry_batches_total 1',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it('is well-formed: each metric once, with its type before its samples', async () => {
    const seen = new Set<string>();
    let current = '';
    for (const line of (await metrics('/api/v1/metrics')).trimEnd().split('\n')) {
      const [, head, name] = /^# (HELP|TYPE) ([a-z_]+) .+$/.exec(line) ?? [];
      if (head === 'HELP') {
        expect(seen).not.toContain(name);
        seen.add(name!);
        current = name!;
      } else if (head === undefined) {
        expect(line).toMatch(new RegExp(`^${current}(\\{([a-z_]+="([^"\\\\]|\\\\.)*",?)+\\})? [-+.0-9e]+$`));
      }
    }
    const page = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');
    const told = [...page.matchAll(/^\| `(patronus_[a-z_]+)`/gm)].map(([, name]) => name);
    expect(told).toEqual([...seen]);
  });

  it('is for whoever may read', async () => {
    await controller.restart({ PATRONUS_ANONYMOUS_READS: 'never' });
    for (const address of ['/metrics', '/api/v1/metrics']) {
      expect((await controller.request('GET', address)).status).toBe(401);
      expect((await controller.ask('GET', address)).status).toBe(200);
    }
    expect((await controller.request('GET', '/health')).status).toBe(200);
    await controller.restart();
  });
});
