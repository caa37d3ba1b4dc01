import { graphql, type ResultOf, type VariablesOf } from '../../shared/api/graphql.ts';

const matchFields = graphql(`
  fragment ConditionFields on Conditions {
    source_sites
    destination_sites
    source_site_tags
    destination_site_tags
    source_host_sets
    destination_host_sets
    source_prefixes
    destination_prefixes
    protocol
    source_ports {
      from
      to
    }
    destination_ports {
      from
      to
    }
    dscp
    applications
    application_categories
    domains
    schedule {
      days
      from
      to
    }
  }
`);

const actionFields = graphql(`
  fragment ActionFields on PolicyAction {
    type
    sla {
      max_delay_ms
      max_jitter_ms
      max_loss_percent
      max_reordering_percent
      max_duplication_percent
      min_mos
    }
    prefer
    avoid
    never
    weights {
      label
      weight
    }
    breakout {
      labels
      fallback_site
    }
    duplicate
    set_dscp
    rate_limit_bps
    log
    qos_class
  }
`);

const policyFields = graphql(
  `
    fragment PolicyFields on Policy {
      id
      priority
      name
      description
      enabled
      is_default
      version
      packets_matched
      bytes_matched
      match_conditions {
        ...ConditionFields
        not {
          ...ConditionFields
        }
        any_of {
          ...ConditionFields
          not {
            ...ConditionFields
          }
        }
      }
      action {
        ...ActionFields
      }
    }
  `,
  [matchFields, actionFields],
);

const findingFields = graphql(`
  fragment FindingFields on PolicyFinding {
    kind
    policy_id
    policy
    others {
      id
      name
    }
    message
  }
`);

const decisionFields = graphql(`
  fragment DecisionFields on Decision {
    policy_id
    source_site
    dest_site
    paths {
      path_id
      weight
      source_label
      dest_label
    }
    sla_met
    reason
    since
  }
`);

export const policiesQuery = graphql(
  `
    query Policies {
      policies(limit: 1000) {
        ...PolicyFields
      }
    }
  `,
  [policyFields],
);

export const policyQuery = graphql(
  `
    query Policy($policy: ID!) {
      policy(id: $policy) {
        ...PolicyFields
      }
      policyStats(id: $policy) {
        active_flows
        first_seen
        last_updated
      }
    }
  `,
  [policyFields],
);

export const decisionsQuery = graphql(
  `
    query Decisions($policy: String, $cursor: String) {
      decisionsPage(policy: $policy, limit: 1000, cursor: $cursor) {
        items {
          ...DecisionFields
        }
        next_cursor
      }
    }
  `,
  [decisionFields],
);

export const findingsQuery = graphql(
  `
    query PolicyFindings {
      policyFindings {
        ...FindingFields
      }
    }
  `,
  [findingFields],
);

export const previewQuery = graphql(
  `
    query PreviewPolicies(
      $create: [PolicyInput!]
      $update: [PolicyUpdateInput!]
      $delete: [ID!]
      $order: [PolicyPlaceInput!]
    ) {
      previewPolicies(create: $create, update: $update, delete: $delete, order: $order) {
        policies {
          policy_id
          policy
          change
        }
        sites {
          site
          policies
        }
        warnings {
          ...FindingFields
        }
      }
    }
  `,
  [findingFields],
);

export const updatePolicy = graphql(`
  mutation UpdatePolicy($policy: ID!, $input: PolicyChanges!, $version: Int) {
    updatePolicy(id: $policy, input: $input, version: $version) {
      id
      name
    }
  }
`);

export const resetPolicyStats = graphql(`
  mutation ResetPolicyStats($policy: ID!) {
    resetPolicyStats(id: $policy) {
      message
    }
  }
`);

export const deletePolicy = graphql(`
  mutation DeletePolicy($policy: ID!) {
    deletePolicy(id: $policy) {
      message
    }
  }
`);

export const restorePolicy = graphql(`
  mutation RestorePolicy($policy: ID!) {
    restorePolicy(id: $policy) {
      id
    }
  }
`);

export const reorderPolicies = graphql(`
  mutation ReorderPolicies($order: [PolicyPlaceInput!]!) {
    reorderPolicies(order: $order) {
      id
    }
  }
`);

export type Policy = ResultOf<typeof policiesQuery>['policies'][number];
export type Match = Policy['match_conditions'];
export type Conditions = Omit<ResultOf<typeof matchFields>, '__typename'>;
export type Action = Policy['action'];
export type Decision = ResultOf<typeof decisionsQuery>['decisionsPage']['items'][number];
export type Finding = ResultOf<typeof findingsQuery>['policyFindings'][number];
export type Preview = ResultOf<typeof previewQuery>['previewPolicies'];
export type PreviewInput = VariablesOf<typeof previewQuery>;
