import { eventTypes, severities } from '@patronus/protocol';
import { Type, type Static, type TProperties } from 'typebox';

const exact = <P extends TProperties>(properties: P) => Type.Object(properties, { additionalProperties: false });
const url = (description: string) => Type.String({ maxLength: 2_000, description });
const mailbox = Type.String({ maxLength: 320, pattern: '^[^\\s@<>,;]+@[^\\s@<>,;]+$', description: 'ops@example.net' });
const ca = Type.Optional(
  Type.String({ maxLength: 100_000, description: 'Certificates to trust in place of the public ones, PEM' }),
);

const FilterSchema = exact({
  types: Type.Optional(Type.Array(Type.Enum(eventTypes))),
  severities: Type.Optional(Type.Array(Type.Enum([...severities]))),
  sites: Type.Optional(Type.Array(Type.String(), { maxItems: 1_000, description: 'Names or ids' })),
});

const WebhookSchema = exact({ url: url('https://example.net/hook'), ca });
const SyslogSchema = exact({
  url: url('udp://host:514, tcp://host:601 or tls://host:6514'),
  facility: Type.Optional(
    Type.Integer({ minimum: 0, maximum: 23, description: 'RFC 5424, 6.2.1; default 16, local0' }),
  ),
  ca,
});
const EmailSchema = exact({
  url: url('smtp://host:587 or smtps://host:465'),
  from: mailbox,
  to: Type.Array(mailbox, { minItems: 1, maxItems: 50 }),
  username: Type.Optional(Type.String({ maxLength: 320 })),
  password: Type.Optional(Type.String({ maxLength: 1_000, description: 'Kept, and never shown' })),
  starttls: Type.Optional(
    Type.Enum(['required', 'offered', 'never'], {
      description: 'Whether smtp:// must change to TLS; default required',
    }),
  ),
  ca,
});

const fields = {
  name: Type.String(),
  enabled: Type.Optional(Type.Boolean()),
  filter: Type.Optional(FilterSchema),
  webhook: Type.Optional(WebhookSchema),
  syslog: Type.Optional(SyslogSchema),
  email: Type.Optional(EmailSchema),
};

/** What a user says of a sink: a name, what it wants, and exactly one of the three places. */
export const EventSinkInputSchema = exact(fields);
export const EventSinkChangesSchema = Type.Partial(EventSinkInputSchema, { additionalProperties: false });

export const RedeliverySchema = exact({
  ids: Type.Optional(Type.Array(Type.Integer(), { minItems: 1, maxItems: 1_000, description: 'All where left out' })),
});

export type EventSinkInput = Static<typeof EventSinkInputSchema>;
export type EventSinkChanges = Static<typeof EventSinkChangesSchema>;
export type RedeliveryInput = Static<typeof RedeliverySchema>;
export type EventFilterInput = Static<typeof FilterSchema>;
export type WebhookTarget = Static<typeof WebhookSchema>;
export type SyslogTarget = Static<typeof SyslogSchema>;
/** As it is kept: the password stands apart. */
export type EmailTarget = Omit<Static<typeof EmailSchema>, 'password'>;

export const sinkKinds = ['webhook', 'syslog', 'email'] as const;
export type SinkKind = (typeof sinkKinds)[number];
export type SinkTarget = WebhookTarget | SyslogTarget | EmailTarget;
