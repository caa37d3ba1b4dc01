import { graphql, type ResultOf } from '../api/graphql.ts';

export type PathHealth = 'unknown' | 'up' | 'degraded' | 'down';
export type SiteStatus = 'new' | 'online' | 'offline';
export type ConfigStatus = 'pending' | 'applied' | 'rejected' | 'offline';

const siteFields = graphql(`
  fragment SiteFields on Site {
    id
    name
    location
    latitude
    longitude
    tags
    prefixes
    status
    config {
      status
      reason
    }
    endpoints {
      id
      label
    }
  }
`);

const pathFields = graphql(`
  fragment PathFields on Path {
    id
    source_endpoint_id
    dest_endpoint_id
    source_site
    dest_site
    source_label
    dest_label
    latency
    jitter
    loss
    mos
    bandwidth
    health_status
    since
    reported_at
    stale
    override {
      reason
      by
      since
      expires_at
    }
  }
`);

const eventFields = graphql(`
  fragment EventFields on Event {
    id
    timestamp
    event_type
    severity
    message
    metadata
    site_id
    site
  }
`);

export const sitesQuery = graphql(
  `
    query LiveSites {
      sites(limit: 1000) {
        ...SiteFields
      }
    }
  `,
  [siteFields],
);

/** Events and the first of the pages of sites and paths. */
export const snapshotQuery = graphql(
  `
    query Snapshot {
      sites(limit: 1000) {
        ...SiteFields
      }
      pathsPage(limit: 1000) {
        items {
          ...PathFields
        }
        next_cursor
      }
      events(limit: 100) {
        ...EventFields
      }
    }
  `,
  [siteFields, pathFields, eventFields],
);

export const morePathsQuery = graphql(
  `
    query MorePaths($cursor: String) {
      pathsPage(limit: 1000, cursor: $cursor) {
        items {
          ...PathFields
        }
        next_cursor
      }
    }
  `,
  [pathFields],
);

export const eventsSubscription = graphql(
  `
    subscription LiveEvents {
      events {
        ...EventFields
      }
    }
  `,
  [eventFields],
);
export const pathsSubscription = graphql(
  `
    subscription LivePaths {
      pathReports {
        ...PathFields
      }
    }
  `,
  [pathFields],
);

/** A site as every page knows it; what only its own page shows is asked for there. */
export type Site = Omit<ResultOf<typeof siteFields>, 'status' | 'config'> & {
  readonly status: SiteStatus;
  readonly config: { readonly status: ConfigStatus; readonly reason: string | null };
};
/** A directed path: figures of its forward direction in ms, percent and bit/s; null means not measured. */
export type Path = Omit<ResultOf<typeof pathFields>, 'health_status'> & { readonly health_status: PathHealth };
export type NetworkEvent = Omit<ResultOf<typeof eventFields>, 'severity' | 'metadata'> & {
  readonly severity: 'info' | 'warning' | 'error';
  readonly metadata: Readonly<Record<string, unknown>>;
};
