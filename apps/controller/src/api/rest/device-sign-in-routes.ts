import { toSnakeCase } from '@patronus/core';
import { Type } from 'typebox';
import { originOf } from '../../auth/index.ts';
import { DeviceSignInInputSchema } from '../../services/device-sign-in-input.ts';
import type { ApiServices } from '../api-services.ts';
import { siteOf } from '../passkey-site.ts';
import { Nullable } from './answers.ts';
import { TokensSchema } from './auth-routes.ts';
import { inputExamples } from './input-examples.ts';
import { withExample } from './openapi.ts';
import type { RestApp } from './rest-api.ts';

const time = Type.Integer({ description: 'Unix ms' });
const userCode = Type.String({ description: 'For whoever signs it in, like WDJB-MJHT' });
const StartedSchema = Type.Object({
  device_code: Type.String({ description: 'For the program alone' }),
  user_code: userCode,
  verification_uri: Type.String({ description: 'Where a browser goes' }),
  verification_uri_complete: Type.String({ description: 'The same with the code' }),
  expires_in: Type.Integer({ description: 'Seconds until both codes are worth nothing' }),
  interval: Type.Integer({ description: 'Seconds between two polls' }),
});
const PollSchema = Type.Object({ device_code: Type.String({ maxLength: 100 }) }, { additionalProperties: false });
const WaitingSchema = Type.Object({
  user_code: userCode,
  machine: Nullable(Type.String({ description: 'What the program says its machine is called' })),
  address: Nullable(Type.String({ description: 'Where it asked from' })),
  requested_at: time,
  expires_at: time,
});
const params = Type.Object({ code: Type.String({ maxLength: 40, description: 'As the program shows it' }) });
const done = { 204: Type.Null({ description: 'Done' }) };
const [tags, own] = [['auth'], ['sessions']];
/** Of the dashboard. */
const pagePath = '/sign-in/device';

/** Sign-in of programs by a browser (RFC 8628); errors of the poll are told by the `code` of the problem document. */
export function deviceSignInRoutes(app: RestApp, services: ApiServices): void {
  const { deviceSignIns, publicUrl } = services;
  const body = withExample(DeviceSignInInputSchema, inputExamples.deviceSignIn);
  app.post(
    '/auth/device',
    { schema: { tags, summary: 'Begin a sign-in by a browser', body, response: { 200: StartedSchema } } },
    async (request, reply) => {
      const page = new URL(pagePath, publicUrl ?? siteOf(request).origin).href;
      const started = await deviceSignIns.start(originOf(request), request.body.machine ?? null);
      void reply.header('cache-control', 'no-store');
      return {
        ...toSnakeCase(started),
        verification_uri: page,
        verification_uri_complete: `${page}?code=${started.userCode}`,
      };
    },
  );
  app.post(
    '/auth/device/token',
    {
      schema: {
        tags,
        summary: 'Ask whether a sign-in was approved, and get its tokens',
        body: withExample(PollSchema, inputExamples.deviceToken),
        response: { 200: TokensSchema },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      return deviceSignIns.poll(originOf(request), request.body.device_code);
    },
  );
  decisionRoutes(app, services);
}

function decisionRoutes(app: RestApp, { deviceSignIns }: ApiServices): void {
  app.get(
    '/auth/device/:code',
    {
      schema: {
        tags: own,
        summary: 'Show a sign-in that waits for approval',
        params,
        response: { 200: WaitingSchema },
      },
    },
    async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      const { caller, actor } = request;
      return toSnakeCase(await deviceSignIns.find(caller!, actor.address, request.params.code));
    },
  );
  app.post(
    '/auth/device/:code/approval',
    { schema: { tags: own, summary: 'Sign a program in as yourself', params, response: done } },
    async (request, reply) => {
      await deviceSignIns.approve(request.caller!, request.actor.address, request.params.code);
      return reply.status(204).send(null);
    },
  );
  app.post(
    '/auth/device/:code/refusal',
    { schema: { tags: own, summary: 'Refuse to sign a program in', params, response: done } },
    async (request, reply) => {
      await deviceSignIns.refuse(request.caller!, request.actor.address, request.params.code);
      return reply.status(204).send(null);
    },
  );
}
