import type { Bench } from './bench-line.ts';
import { withLoadedTunnel } from './loaded-tunnel.ts';
import { measureFeatures } from './throughput-features.ts';
import { measureRules } from './throughput-rules.ts';

const parts = { rules: measureRules, features: measureFeatures };

export const bench: Bench = {
  about:
    'TCP from LAN to LAN through two edges, against the same tunnel without rules of ours and with connection tracking alone; what each feature costs',
  parts: Object.keys(parts),
  async run(report, part) {
    for (const [name, measure] of Object.entries(parts)) {
      if (part === undefined || part === name) await withLoadedTunnel((tunnel) => measure(tunnel, report));
    }
  },
};
