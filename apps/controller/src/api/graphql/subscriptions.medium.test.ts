import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { subscribeTo, TestController, until, type Heard } from '../../testing/index.ts';

const password = 'Correct-Horse-7-Battery';
let controller: TestController;
const opened: Heard[] = [];
const subscribe: typeof subscribeTo = (...args) => {
  const heard = subscribeTo(...args);
  opened.push(heard);
  return heard;
};

beforeAll(async () => {
  controller = await TestController.start({ PATRONUS_ANONYMOUS_READS: 'never', PATRONUS_ADMIN_PASSWORD: password });
  await controller.ask('POST', 'sites', { name: 'hq' });
});
afterEach(async () => {
  for (const { client } of opened.splice(0)) await client.dispose();
});
afterAll(() => controller.stop());

const change = () => controller.ask('PATCH', 'sites/hq', { location: `room ${Math.random()}` });
const signIn = async () =>
  (
    await controller.request<{ access_token: string; refresh_token: string }>('POST', 'auth/login', {
      username: 'admin',
      password,
    })
  ).body;
const local = () => ({ authorization: `Bearer ${controller.localToken}` });
const ids = (heard: Heard) => heard.data.map((data) => (data['events'] as { id: string }).id);
const storedIds = async () =>
  (await controller.get<{ items: { id: string }[] }>('events?order=oldest&limit=1000')).items.map(({ id }) => id);

describe('a subscription', () => {
  it('needs a sign-in where reading does, by payload or by header', async () => {
    const nobody = subscribe(controller, 'subscription { events { id } }');
    await until('nobody is refused', () => nobody.errors.length > 0);
    expect(nobody.errors).toMatchObject([{ extensions: { code: 'unauthenticated' } }]);
    const wrong = subscribe(controller, 'subscription { events { id } }', { authorization: 'Bearer nonsense' });
    await until('a wrong token is refused', () => wrong.closed !== null);
    expect(wrong.closed?.code).toBe(4403);
    const byPayload = subscribe(controller, 'subscription { events { id } }', local());
    const byHeader = subscribe(controller, 'subscription { events { id } }', { headers: local() });
    await until('both hear', async () => {
      await change();
      return byPayload.data.length > 0 && byHeader.data.length > 0;
    });
  });

  it('ends when the session of its caller does', async () => {
    const { access_token, refresh_token } = await signIn();
    const heard = subscribe(controller, 'subscription { events { id } }', { authorization: `Bearer ${access_token}` });
    await until('it hears', async () => {
      await change();
      return heard.data.length > 0;
    });
    await controller.request('POST', 'auth/logout', { refresh_token });
    await until('it is ended', async () => {
      await change();
      return heard.errors.length > 0;
    });
    expect(JSON.stringify(heard.errors)).toContain('unauthenticated');
  });

  it('goes on after the event that was heard last, leaving nothing out', async () => {
    const first = subscribe(controller, 'subscription { events { id } }', local());
    await until('it hears', async () => {
      await change();
      return first.data.length > 0;
    });
    const last = ids(first).at(-1)!;
    await first.client.dispose();
    for (let index = 0; index < 20; index++) await change();
    const again = subscribe(controller, `subscription { events(after: "${last}") { id } }`, local());
    await change();
    const all = await storedIds();
    const missed = all.slice(all.indexOf(last) + 1);
    await until('all are heard', () => again.data.length >= missed.length);
    expect(ids(again)).toEqual(missed);
  });

  it('hears only what it asks for', async () => {
    const heard = subscribe(
      controller,
      'subscription { events(type: ["object_created"], severity: ["info"]) { event_type } }',
      local(),
    );
    await until('it hears', async () => {
      await change();
      const { body } = await controller.ask<{ id: string }>('POST', 'sites', { name: `s ${Math.random()}` });
      await controller.ask('DELETE', `sites/${body.id}?purge=true`);
      return heard.data.length > 0;
    });
    expect(new Set(heard.data.map((data) => JSON.stringify(data)))).toEqual(
      new Set(['{"events":{"event_type":"object_created"}}']),
    );
  });

  it.each([
    ['subscription { events(after: "nothing") { id } }', 'not_found'],
    ['subscription { events(severity: ["loud"]) { id } }', 'invalid_input'],
  ])('is refused with a reason: %s', async (query, code) => {
    const heard = subscribe(controller, query, local());
    await until('it is refused', () => heard.errors.length > 0);
    expect(JSON.stringify(heard.errors)).toContain(code);
  });

  it('is judged by the limits of queries', async () => {
    const deep = `subscription { events { ${'id '.repeat(2_000)} } }`;
    const heard = subscribe(controller, deep, local());
    await until('it is refused', () => heard.errors.length > 0);
    expect(JSON.stringify(heard.errors)).toContain('too_large');
  });
});

describe('events over a plain WebSocket', () => {
  const open = (query = '', headers: Record<string, string> = local()) => {
    const url = `${controller.running.httpUrl.replace('http', 'ws')}/api/v1/ws/events${query}`;
    const socket = new WebSocket(url, { headers });
    const heard: { messages: Record<string, unknown>[]; closed: { code: number; reason: string } | null } = {
      messages: [],
      closed: null,
    };
    socket.on('message', (data) =>
      heard.messages.push(JSON.parse((data as Buffer).toString('utf8')) as Record<string, unknown>),
    );
    socket.on('close', (code, reason) => (heard.closed = { code, reason: String(reason) }));
    socket.on('error', () => undefined);
    return { socket, heard };
  };

  it('come as the list tells them, and go on after an event', async () => {
    const [first] = await storedIds();
    const { socket, heard } = open(`?after=${first}`);
    const all = await storedIds();
    await until('all are heard', () => heard.messages.length >= all.length - 1);
    expect(heard.messages.map(({ id }) => id)).toEqual(all.slice(1));
    expect(heard.messages[0]).toEqual((await controller.ask('GET', `events/${all[1]}`)).body);
    socket.close();
  });

  it('are for signed-in callers, by header or by the first message', async () => {
    const silent = open('', {});
    await until('who says nothing is cut off', () => silent.heard.closed);
    expect(silent.heard.closed?.code).toBe(4401);
    const wrong = open('', {});
    wrong.socket.on('open', () => wrong.socket.send('{"authorization":"Bearer nonsense"}'));
    await until('a wrong token is refused', () => wrong.heard.closed);
    expect(wrong.heard.closed?.code).toBe(4401);
    const right = open('', {});
    right.socket.on('open', () => right.socket.send(JSON.stringify(local())));
    await until('a right one hears', async () => {
      await change();
      return right.heard.messages.length > 0;
    });
    right.socket.close();
  });

  it('are refused for what is not there, with the reason', async () => {
    const { heard } = open('?after=nothing');
    await until('it is closed', () => heard.closed);
    expect(heard.closed).toEqual({ code: 4400, reason: expect.stringContaining('there is no event') as string });
  });
});
