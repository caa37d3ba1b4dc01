import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestController, until, type TestController } from './testing/index.ts';
import { complaintsOf, noBrowser, openAsAdministrator, openBrowser } from './testing/web-page.ts';

describe.skipIf(noBrowser !== '')(`policies on the web page${noBrowser}`, () => {
  let controller: TestController;
  let browser: Browser;
  let page: Page;
  let complaints: string[] = [];

  /** Names in the order on the page. */
  const order = () => page.getByRole('list', { name: 'Policies' }).getByRole('link').allInnerTexts();
  /** Names in the order that the controller has. */
  const stored = async () => {
    const { out } = await controller.patronus(['policies', '--json']);
    return (JSON.parse(out) as { name: string }[]).map(({ name }) => name);
  };

  beforeAll(async () => {
    controller = await startTestController();
    await seed(controller);
    browser = await openBrowser();
    page = await openAsAdministrator(browser, controller);
    complaints = complaintsOf(page);
  });
  afterAll(async () => {
    await browser?.close();
    await controller?.stop();
  });

  it('shows policies in the order in which they are looked at, in words', async () => {
    await page.goto(`${controller.url}/policies`);
    await page.getByText('UDP to port 16384–32767, or DSCP 46 (EF)').waitFor();
    expect(await order()).toEqual(['voice', 'web', 'default']);
    await page.getByText('prefers mpls; within 150 ms delay, 1 % loss').waitFor();
  });

  it('reorders by the keyboard alone, tells what that changes before it is saved, and takes it back', async () => {
    await page.getByRole('button', { name: /^Move web,/ }).focus();
    await page.keyboard.press('Space');
    await page.getByText('web is over place 2 of 2').waitFor();
    // it hears arrows a moment after it says that it was lifted; at the first place one more changes nothing
    await until('the arrow is heard', async () => {
      await page.keyboard.press('ArrowUp');
      return page.getByText('web is over place 1 of 2').isVisible();
    });
    await page.keyboard.press('Space');
    const bar = page.getByRole('region', { name: 'The new order' });
    await bar
      .getByText(/at another place in the order/)
      .first()
      .waitFor();
    await bar.getByText(/concerns traffic from or to branch, hq|hq, branch/).waitFor();
    expect(await stored()).toEqual(['voice', 'web', 'default']);
    await bar.getByRole('button', { name: 'Save the order' }).click();
    await page.getByText('The new order is in force.').waitFor();
    expect(await stored()).toEqual(['web', 'voice', 'default']);
    await page.getByRole('button', { name: 'Undo' }).click();
    await until('the order is as it was', async () => (await stored())[0] === 'voice');
    await until('the page shows it', async () => (await order())[0] === 'voice');
  });

  it('reorders by dragging, and forgets an order that is not wanted', async () => {
    await page.getByRole('button', { name: /^Move voice,/ }).hover();
    await page.mouse.down();
    const target = await page.getByRole('button', { name: /^Move web,/ }).boundingBox();
    await page.mouse.move(target!.x + 10, target!.y + target!.height + 12, { steps: 8 });
    await page.mouse.up();
    await until('the page shows the new order', async () => (await order())[0] === 'web');
    await page.getByRole('button', { name: 'Discard' }).click();
    await until('the page shows the old order', async () => (await order())[0] === 'voice');
    expect(await stored()).toEqual(['voice', 'web', 'default']);
  });

  it('takes a policy out of force, deletes it after telling whom that concerns, and brings it back', async () => {
    await page.getByRole('switch', { name: 'web is in force' }).click({ force: true });
    await page.getByText('web is no longer in force.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('switch', { name: 'web is in force', checked: true }).waitFor({ state: 'attached' });
    await page.getByRole('button', { name: 'More for web' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText(/It concerns traffic from or to/).waitFor();
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('web was deleted.').waitFor();
    await until('it is gone', async () => !(await order()).includes('web'));
    await page.getByRole('button', { name: 'Undo' }).click();
    await until('it is back', async () => (await order()).includes('web'));
  });

  it('explains a flow: the policy that it meets, and why no other; the address holds the question', async () => {
    await page.goto(`${controller.url}/policies/explain`);
    await page.getByRole('combobox', { name: 'From' }).fill('hq');
    await page.getByRole('combobox', { name: 'To', exact: true }).fill('nowhere');
    await page.getByLabel('To port').fill('443');
    await page.getByRole('button', { name: 'Explain' }).click();
    await page.getByText(/nowhere/).waitFor();
    await page.getByRole('combobox', { name: 'To', exact: true }).fill('branch');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /10\.1\.0\.1 \(hq\) → 10\.2\.0\.1 \(branch\).* by web/ }).waitFor();
    const considered = await page.getByRole('listitem').filter({ hasText: 'voice' }).innerText();
    expect(considered).toMatch(/voice/);
    expect(page.url()).toContain('destination=branch');
  });

  it('writes a policy in the form and as YAML, tells at the field what is wrong, and what saving changes', async () => {
    await page.goto(`${controller.url}/policies`);
    await page.getByRole('button', { name: 'Add a policy' }).click();
    await page.getByLabel('Name', { exact: true }).fill('backup');
    await page.getByRole('button', { name: 'Add a condition' }).click();
    await page.getByRole('menuitem', { name: 'To ports' }).click();
    await page.getByRole('combobox', { name: 'To ports' }).fill('873');
    await page.keyboard.press('Enter');
    const yaml = page.getByLabel('The policy as YAML');
    await page.getByText(/^backup\s+new$/).waitFor();
    expect(await yaml.inputValue()).toContain('- from: 873');
    // What has no ports is refused by the API; the page says so at the field and at the line.
    await yaml.fill((await yaml.inputValue()).replace('protocol: tcp', 'protocol: icmp'));
    await page.getByText(/It cannot be saved like this/).waitFor();
    expect(
      await page
        .getByRole('alert')
        .filter({ hasText: /^line \d/ })
        .innerText(),
    ).toMatch(/line \d+ .*port/i);
    await yaml.fill((await yaml.inputValue()).replace('icmp', 'tcp'));
    await page.getByText(/concerns traffic from or to/).waitFor();
    expect(await page.getByRole('combobox', { name: 'Protocol' }).inputValue()).toBe('tcp');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('backup is saved.').waitFor();
    await page.getByText('TCP to port 873').waitFor();
    expect(await stored()).toEqual(['backup', 'voice', 'web', 'default']);
  });

  it('changes a policy, duplicates it, and asks before what was typed is lost', async () => {
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('combobox', { name: 'Never' }).fill('mpls');
    await page.keyboard.press('Enter');
    await page.getByText(/^backup\s+changed$/).waitFor();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('never mpls').waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await page.getByText('never mpls').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Duplicate' }).click();
    await page.getByLabel('Description', { exact: true }).fill('Nightly');
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('backup-copy');
    await page.getByRole('link', { name: 'Overview' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click();
    await page.getByRole('heading', { name: 'Overview' }).waitFor();
    expect(await stored()).toEqual(['backup', 'voice', 'web', 'default']);
  });

  it('shows one policy, and broke no rule of its content security policy', async () => {
    await page.goto(`${controller.url}/policies`);
    await page.getByRole('link', { name: 'web', exact: true }).click();
    await page.getByRole('heading', { name: 'web' }).waitFor();
    await page.getByText('TCP from hq to port 443').waitFor();
    await page.getByText('Traffic', { exact: true }).first().waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    for (const path of [
      '/policies',
      '/policies/explain?source=hq&destination=branch',
      '/policies/2',
      '/policies/2/edit',
    ]) {
      await page.goto(`${controller.url}${path}`);
      await page.getByRole('status').getByText('Live').waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    }
    expect(complaints).toEqual([]);
  });
});

/** Two sites with two lines each, and two policies. */
async function seed({ patronus }: TestController): Promise<void> {
  const run = async (...args: string[]) => expect((await patronus(args)).exitCode).toBe(0);
  const uplink = (label: string, address: string) => [
    '--endpoint',
    `label=${label},device=${label}0,address=${address}`,
  ];
  await run('sites', 'create', 'hq', '--prefix', '10.1.0.0/24', ...uplink('mpls', '192.0.2.1'));
  await run('sites', 'create', 'branch', '--prefix', '10.2.0.0/24', ...uplink('mpls', '192.0.2.2'));
  const voice = {
    match_conditions: {
      any_of: [{ protocol: 'udp', destination_ports: [{ from: 16_384, to: 32_767 }] }, { dscp: [46] }],
    },
    action: { type: 'steer', prefer: ['mpls'], sla: { max_delay_ms: 150, max_loss_percent: 1 } },
  };
  const web = {
    match_conditions: { protocol: 'tcp', source_sites: ['hq'], destination_ports: [{ from: 443, to: 443 }] },
    action: { type: 'steer' },
  };
  const create = async (name: string, priority: string, body: object) => {
    const args = ['policies', 'create', name, '--priority', priority, '--file', '-'];
    expect((await patronus(args, { stdin: JSON.stringify(body) })).exitCode).toBe(0);
  };
  await create('voice', '200', voice);
  await create('web', '100', web);
}
