import { median } from '@patronus/core';
import { labBreak, labHeal } from '@patronus/lab';
import type { Browser } from 'playwright-core';
import { say, withBenchLab } from '../bench-lab.ts';
import { seenAt, viewport, type Report } from './browser.ts';

/** Each takes a line of the lab down, and brings it back, which takes half a minute. */
const breaks = 5;
const [site, line] = ['branch', 'mpls'];

interface PathItem {
  readonly id: string;
  readonly source_site: string;
  readonly source_label: string;
  /** When its edge decided that, unix ms. */
  readonly since: number;
}

/** From the moment an edge decides about a path until its word stands on the page: edge, controller and page are real. */
export async function measureDecisions(report: Report, browser: Browser): Promise<void> {
  await withBenchLab(async (dataDir, api) => {
    const paths = await api.list<PathItem>('/paths');
    const { id } = paths.find((path) => path.source_site === site && path.source_label === line)!;
    const page = await browser.newPage({ viewport });
    await page.goto(`${api.httpUrl}/paths/${id}`);
    await page.getByRole('status').getByText('Live').waitFor();
    const times: number[] = [];
    const measure = async (health: string, work: () => Promise<unknown>) => {
      const [seen] = await Promise.all([page.evaluate<number>(seenAt(health)), work()]);
      const { since } = await api.request<PathItem>('GET', `/paths/${id}`);
      times.push(seen - since);
      say(`${health}: ${seen - since} ms`);
    };
    for (let index = 0; index < breaks; index++) {
      await measure('down', () => labBreak({ dataDir, site, endpoint: line, silent: true }));
      await measure('up', () => labHeal({ dataDir }));
    }
    await page.close();
    const metric = "an edge's decision about a path, on screen";
    report({ metric: `${metric}, median`, value: median(times), unit: 'ms', samples: times.length });
    report({ metric: `${metric}, worst`, value: Math.max(...times), unit: 'ms', samples: times.length });
  });
}
