import { describe, expect, it } from 'vitest';
import { FakeKernel } from './fake-kernel.ts';
import { describeKernel } from './kernel-contract.ts';

describeKernel('a fake kernel', () =>
  Promise.resolve({
    kernel: new FakeKernel({ wan0: { addresses: ['192.0.2.1/24'] } }),
    keyOf: () => Promise.resolve('key'),
    close: () => Promise.resolve(),
  }),
);

describe('a fake kernel that is told to fail', () => {
  it('refuses the step it was told to, and no other', async () => {
    const kernel = new FakeKernel();
    kernel.fault.refuseStep(2);
    const step = { do: 'set_sysctl', key: 'net/ipv4/ip_forward', value: '1' } as const;
    await kernel.execute(step);
    await expect(kernel.execute(step)).rejects.toThrow('told to');
    await kernel.execute(step);
  });

  it('hangs at the step it was told to until it is released', async () => {
    const kernel = new FakeKernel();
    kernel.fault.hangAtStep(1);
    let done = false;
    const step = kernel.execute({ do: 'set_sysctl', key: 'net/ipv4/ip_forward', value: '1' }).then(() => (done = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    kernel.fault.release();
    await step;
  });

  it('prints what it holds', () => {
    const kernel = new FakeKernel({ wan0: { addresses: ['192.0.2.1/24'] } });
    expect(kernel.toString()).toContain('link wan0 up 1500 192.0.2.1/24\n');
  });
});
