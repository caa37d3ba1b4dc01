import { graphql } from '../../shared/api/graphql.ts';

/** Events by what the page's filters say, newest first. */
export const eventsQuery = graphql(`
  query Events(
    $limit: Int
    $severities: [String!]
    $types: [String!]
    $site: String
    $search: String
    $acknowledged: Boolean
  ) {
    eventsPage(
      limit: $limit
      severities: $severities
      types: $types
      site: $site
      search: $search
      acknowledged: $acknowledged
    ) {
      items {
        id
        timestamp
        event_type
        severity
        message
        metadata
        site_id
        site
        acknowledged_at
        acknowledged_by
      }
      next_cursor
    }
  }
`);

export const acknowledgeEvents = graphql(`
  mutation AcknowledgeEvents($ids: [ID!]!) {
    acknowledgeEvents(ids: $ids) {
      id
      acknowledged_at
      acknowledged_by
    }
  }
`);
