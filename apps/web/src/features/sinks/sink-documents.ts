import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

const sinkFields = graphql(`
  fragment SinkFields on EventSink {
    id
    name
    kind
    enabled
    filter {
      types
      severities
      sites
    }
    webhook {
      url
    }
    syslog {
      url
      facility
    }
    email {
      url
      from
      to
      username
      starttls
    }
    queued
    dead
    last_success_at
    last_failure_at
    last_error
    created_at
  }
`);

export const sinksQuery = graphql(
  `
    query Sinks {
      eventSinks {
        ...SinkFields
      }
    }
  `,
  [sinkFields],
);

export const sinkQuery = graphql(
  `
    query Sink($sink: ID!) {
      eventSink(sink: $sink) {
        ...SinkFields
      }
      deadLetters(sink: $sink, limit: 200) {
        id
        event
        dead_at
        attempts
        last_error
      }
    }
  `,
  [sinkFields],
);

export const createSink = graphql(`
  mutation CreateSink($input: EventSinkInput!) {
    createEventSink(input: $input) {
      id
      name
      secret
    }
  }
`);

export const updateSink = graphql(`
  mutation UpdateSink($sink: ID!, $input: EventSinkChanges!) {
    updateEventSink(sink: $sink, input: $input) {
      id
    }
  }
`);

export const deleteSink = graphql(`
  mutation DeleteSink($sink: ID!) {
    deleteEventSink(sink: $sink) {
      message
    }
  }
`);

export const testSink = graphql(`
  mutation TestSink($sink: ID!) {
    testEventSink(sink: $sink) {
      delivered
      duration_ms
      error
    }
  }
`);

export const redeliver = graphql(`
  mutation Redeliver($sink: ID!, $ids: [Int!]) {
    redeliverEvents(sink: $sink, ids: $ids) {
      message
    }
  }
`);

export const renewSecret = graphql(`
  mutation RenewSinkSecret($sink: ID!) {
    renewEventSinkSecret(sink: $sink) {
      secret
    }
  }
`);

export type Sink = ResultOf<typeof sinkFields>;
export type DeadLetter = ResultOf<typeof sinkQuery>['deadLetters'][number];

/** Where a sink sends to, without what comes after the host: paths of webhooks are often secrets themselves. */
export function placeOf({ webhook, syslog, email }: Sink): string {
  const url = (webhook ?? syslog ?? email)?.url;
  const parsed = url === undefined ? null : URL.parse(url);
  return parsed === null ? '' : `${parsed.protocol}//${parsed.host}`;
}

export const kindWords: Readonly<Record<string, string>> = { webhook: 'webhook', syslog: 'syslog', email: 'mail' };
