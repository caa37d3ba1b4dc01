import { graphql, type FragmentOf, type ResultOf } from '../../shared/api/graphql.ts';

export const labPresenceQuery = graphql(`
  query LabPresence {
    lab {
      state
    }
  }
`);

const labFields = graphql(`
  fragment LabFields on Lab {
    state
    topology
    scenarios
    lines {
      site
      label
      blackout
      carrier_down
      impaired
      out {
        delay_ms
        jitter_ms
        loss_percent
        rate_bps
      }
      in {
        delay_ms
        jitter_ms
        loss_percent
        rate_bps
      }
    }
    run {
      scenario
      started_at
      step
      holds
      failures
    }
  }
`);

export const labQuery = graphql(
  `
    query Lab {
      lab {
        ...LabFields
      }
    }
  `,
  [labFields],
);
export const breakLine = graphql(
  `
    mutation LabBreak($site: String!, $endpoint: String!, $silent: Boolean!) {
      labBreak(site: $site, endpoint: $endpoint, silent: $silent) {
        ...LabFields
      }
    }
  `,
  [labFields],
);
export const impairLine = graphql(
  `
    mutation LabImpair(
      $site: String!
      $endpoint: String!
      $delay_ms: Float
      $jitter_ms: Float
      $loss_percent: Float
      $rate_bps: Float
    ) {
      labImpair(
        site: $site
        endpoint: $endpoint
        delay_ms: $delay_ms
        jitter_ms: $jitter_ms
        loss_percent: $loss_percent
        rate_bps: $rate_bps
      ) {
        ...LabFields
      }
    }
  `,
  [labFields],
);
export const healLine = graphql(
  `
    mutation LabHeal($site: String, $endpoint: String) {
      labHeal(site: $site, endpoint: $endpoint) {
        ...LabFields
      }
    }
  `,
  [labFields],
);
export const runScenario = graphql(
  `
    mutation LabRun($scenario: String!) {
      labRun(scenario: $scenario) {
        ...LabFields
      }
    }
  `,
  [labFields],
);

export type Lab = FragmentOf<typeof labFields>;
export type LabLine = Lab['lines'][number];
export type LabRun = NonNullable<NonNullable<ResultOf<typeof labQuery>['lab']>['run']>;
