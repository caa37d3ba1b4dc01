import Type from 'typebox';
import { err, type FieldProblem, type Result } from '@patronus/core';
import { maxCheckProbes, maxListedFlows, type ControllerMessage, type EnrolResponse } from './messages.ts';
import { checked, open, uuidText } from './schema-kit.ts';

type Kind = ControllerMessage['type'];
type MessageOf<K extends Kind> = Extract<ControllerMessage, { type: K }>;

/**
 * A message from the controller, or why it is none. Unknown fields are passed over; the document inside a `document`
 * message is not looked at here, see `parseSiteDocument`.
 */
export function parseControllerMessage(text: string): Result<ControllerMessage, readonly FieldProblem[]> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err([{ field: '(whole)', problem: 'is not JSON' }]);
  }
  const type = (value as { type?: unknown } | null)?.type;
  if (typeof type !== 'string' || !Object.hasOwn(fields, type)) {
    return err([{ field: 'type', problem: `is ${JSON.stringify(type)?.slice(0, 40) ?? 'absent'}, which is unknown` }]);
  }
  return checked<ControllerMessage>(fields[type as Kind], value);
}

/** The answer to `POST /enrol`, or why it is none. */
export const parseEnrolResponse = (value: unknown): Result<EnrolResponse, readonly FieldProblem[]> =>
  checked<EnrolResponse>(enrolResponse, value);

const enrolResponse = open<EnrolResponse>({
  edgeId: Type.String({ minLength: 1 }),
  siteId: uuidText,
  siteName: Type.String(),
});

const count = Type.Integer({ minimum: 0 });

const fields: { readonly [K in Kind]: ReturnType<typeof open<MessageOf<K>>> } = {
  challenge: open<MessageOf<'challenge'>>({
    type: Type.Literal('challenge'),
    nonce: Type.String({ minLength: 16, maxLength: 256 }),
  }),
  welcome: open<MessageOf<'welcome'>>({
    type: Type.Literal('welcome'),
    wallMs: Type.Number(),
    telemetryAcknowledged: count,
  }),
  document: open<MessageOf<'document'>>({ type: Type.Literal('document'), document: Type.Unknown() }),
  confirmed: open<MessageOf<'confirmed'>>({ type: Type.Literal('confirmed'), version: Type.String() }),
  telemetry_ack: open<MessageOf<'telemetry_ack'>>({ type: Type.Literal('telemetry_ack'), sequence: count }),
  refused: open<MessageOf<'refused'>>({
    type: Type.Literal('refused'),
    code: Type.String({ maxLength: 64 }),
    message: Type.String({ maxLength: 2048 }),
  }),
  ping: open<MessageOf<'ping'>>({ type: Type.Literal('ping'), id: Type.Number() }),
  list_flows: open<MessageOf<'list_flows'>>({
    type: Type.Literal('list_flows'),
    id: count,
    limit: Type.Integer({ minimum: 1, maximum: maxListedFlows }),
  }),
  check_path: open<MessageOf<'check_path'>>({
    type: Type.Literal('check_path'),
    id: count,
    pathId: uuidText,
    probes: Type.Integer({ minimum: 1, maximum: maxCheckProbes }),
  }),
};
