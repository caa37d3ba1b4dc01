import { existsSync } from 'node:fs';
import { PatronusError } from '@patronus/core';
import { chromium, type Browser } from 'playwright-core';
import { BenchController } from './bench-controller.ts';
import type { Bench } from './bench-line.ts';
import { pathsOf, type Report } from './web-page/browser.ts';
import { measureChanges } from './web-page/changes.ts';
import { measureDecisions } from './web-page/decisions.ts';
import { measureFlood } from './web-page/flood.ts';
import { measureHour } from './web-page/hour.ts';
import { LiveProxy } from './web-page/live-proxy.ts';
import { measureLoads } from './web-page/loads.ts';

const executablePath = '/usr/bin/chromium';
const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
/** From each to each: 1,980 paths. */
const siteCount = 45;
const meshParts = ['load', 'changes', 'flood', 'hour'] as const;
const parts = [...meshParts, 'decisions'] as const;

export const bench: Bench = {
  about:
    'the page: time to interactive, size of the first load, a change on screen after it arrives and after an edge decided, long tasks and heap under load, heap after an hour',
  parts,
  async run(report, part) {
    if (!existsSync(executablePath)) throw new PatronusError('missing_tool', `there is no ${executablePath}`);
    const browser = await chromium.launch({ executablePath, args });
    try {
      if (part !== 'decisions') await measureWithMesh(report, browser, part);
      if (part === undefined || part === 'decisions') await measureDecisions(report, browser);
    } finally {
      await browser.close();
    }
  },
};

/** Against a controller with many paths and no edges: what is live comes from a proxy before it, as fast as is asked for. */
async function measureWithMesh(report: Report, browser: Browser, part: string | undefined): Promise<void> {
  const wanted = (name: (typeof meshParts)[number]) => part === undefined || part === name;
  const controller = new BenchController();
  try {
    await controller.makeMesh(siteCount);
    await controller.run(async (_api, httpUrl) => {
      const proxy = await LiveProxy.start(httpUrl);
      try {
        if (wanted('load')) await measureLoads(report, browser, httpUrl);
        const paths = await pathsOf(httpUrl);
        if (wanted('changes')) await measureChanges(report, browser, proxy, paths);
        if (wanted('flood')) await measureFlood(report, browser, proxy, paths);
        if (wanted('hour')) await measureHour(report, browser, proxy, paths);
      } finally {
        proxy.stop();
      }
    });
  } finally {
    controller.remove();
  }
}
