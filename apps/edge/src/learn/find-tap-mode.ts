import { messageOf } from '@patronus/core';
import type { CommandRunner, TapMode } from '@patronus/linux';
import { learningChains } from '@patronus/netconf';

const table = 'patronus_trial';

/** The better of the two ways to be handed packets that this kernel has, or why it has none. Leaves nothing behind. */
export async function findTapMode(runner: CommandRunner): Promise<{ mode: TapMode | null; reason: string | null }> {
  let reason = '';
  for (const mode of ['hold', 'copy'] as const) {
    const chains = learningChains(mode).map(({ name, hook, rules }) =>
      [`chain ${name} {`, ...(hook === null ? [] : [hook]), ...rules, '}'].join('\n'),
    );
    // One transaction: a kernel that refuses any of it has done nothing, and one that takes it has undone it.
    const stdin = `table inet ${table} {\n${chains.join('\n')}\n}\ndelete table inet ${table}\n`;
    try {
      await runner.run({ tool: 'nft', args: ['-f', '-'], stdin });
      return { mode, reason: null };
    } catch (error) {
      reason = messageOf(error);
    }
  }
  return { mode: null, reason };
}
