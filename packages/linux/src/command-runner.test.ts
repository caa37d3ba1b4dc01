import { PatronusError } from '@patronus/core';
import { describe, expect, it } from 'vitest';
import { SystemCommandRunner } from './command-runner.ts';

const runner = new SystemCommandRunner();
const failureOf = async (promise: Promise<unknown>): Promise<PatronusError> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof PatronusError) return error;
    throw error;
  }
  throw new Error('it did not fail');
};

describe('running a program', () => {
  it('answers what it prints, and gives it standard input', async () => {
    expect(await runner.run({ tool: 'cat', args: ['-'], stdin: 'hello' })).toBe('hello');
    expect(await runner.run({ tool: 'cat', args: ['/dev/stdin'], stdin: 'by name', stdinByName: true })).toBe(
      'by name',
    );
  });

  it('names command, status and complaint of a failure, but not the standard input', async () => {
    const error = await failureOf(runner.run({ tool: 'sh', args: ['-c', 'echo no >&2; exit 3'], stdin: 'secret' }));
    expect(error.code).toBe('command_failed');
    expect(error.message).toBe('"sh -c echo no >&2; exit 3" failed with status 3 and said: no');
    expect(error.facts).toMatchObject({ exitCode: 3, stderr: 'no\n' });
    expect(JSON.stringify(error.facts)).not.toContain('secret');
  });

  it.each([false, true])('names the package of a missing tool (standard input by name: %s)', async (stdinByName) => {
    const error = await failureOf(runner.run({ tool: 'no-such-tool', args: [], stdinByName }));
    expect(error.code).toBe('missing_tool');
    expect(error.message).toContain('apt install no-such-tool');
  });

  it('kills a program that hangs, with its children', async () => {
    const marker = `1000${process.pid}`;
    const start = performance.now();
    const error = await failureOf(runner.run({ tool: 'sh', args: ['-c', `sleep ${marker} & wait`], timeoutMs: 200 }));
    expect(error.code).toBe('command_timeout');
    expect(performance.now() - start).toBeLessThan(5000);
    await expect(runner.run({ tool: 'pgrep', args: ['-f', `^sleep ${marker}$`] })).rejects.toMatchObject({
      facts: { exitCode: 1 },
    });
  });

  it('does not mind a program that ends before it has read its input', async () => {
    expect(await runner.run({ tool: 'true', args: [], stdin: 'x'.repeat(1_000_000) })).toBe('');
  });
});
