import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

export const siteQuery = graphql(`
  query Site($site: ID!, $name: String!) {
    site(site_id: $site) {
      id
      name
      location
      latitude
      longitude
      tags
      time_zone
      prefixes
      status
      version
      created_at
      config {
        status
        reason
        version
        applied_version
        applied_at
      }
      endpoints {
        id
        label
        device
        address
        port
        nat
        nat_type
        public_address
        cost
        profile
        shaping
        policing
        outer_dscp
        up_bps
        down_bps
        version
      }
    }
    edges(site: $name) {
      id
      hostname
      online
      enrolled_at
      last_seen_at
      program_version
      clock_skew_ms
      uplinks {
        device
        addresses
        carrier
      }
      unavailable {
        feature
        reason
      }
    }
    events(site: $name, limit: 12) {
      id
      timestamp
      event_type
      severity
      message
      metadata
      site_id
      site
    }
  }
`);

/** How often edges tell where uplinks behind NAT are seen; no event tells of it. */
export const natSeenMs = 10_000;

export type SiteDetail = ResultOf<typeof siteQuery>['site'];
export type Uplink = SiteDetail['endpoints'][number];
export type Edge = ResultOf<typeof siteQuery>['edges'][number];

export const createSite = graphql(`
  mutation CreateSite($input: SiteInput!) {
    createSite(input: $input) {
      id
      name
    }
  }
`);

export const createKey = graphql(`
  mutation CreateEnrolmentKey($input: EnrolmentKeyInput!) {
    createEnrolmentKey(input: $input) {
      id
      key
      edge_url
      expires_at
    }
  }
`);

export const dependenciesQuery = graphql(`
  query SiteDependencies($site: ID!) {
    siteDependencies(site_id: $site) {
      endpoints
      paths
      enrolment_keys
      edges
      policies {
        id
        name
      }
    }
  }
`);

export const deleteSite = graphql(`
  mutation DeleteSite($site: ID!, $force: Boolean!) {
    deleteSite(site_id: $site, force: $force) {
      message
    }
  }
`);

export const restoreSite = graphql(`
  mutation RestoreSite($site: ID!) {
    restoreSite(site_id: $site) {
      name
    }
  }
`);

export const updateSite = graphql(`
  mutation UpdateSite($site: ID!, $input: SiteChanges!, $version: Int) {
    updateSite(site_id: $site, input: $input, version: $version) {
      id
      name
    }
  }
`);

/** What tunnels of a site carry, over the shared range of time. */
export const siteTrafficQuery = graphql(`
  query SiteTraffic($site: ID!, $from: Timestamp!, $to: Timestamp!, $step: Float!) {
    trafficHistory(kind: site, id: $site, from: $from, to: $to, step: $step) {
      timestamp
      bytes_sent
      bytes_received
    }
  }
`);

export const createUplink = graphql(`
  mutation CreateEndpoint($site: String!, $input: EndpointInput!) {
    createEndpoint(site: $site, input: $input) {
      id
    }
  }
`);

export const updateUplink = graphql(`
  mutation UpdateEndpoint($id: ID!, $input: EndpointChanges!, $version: Int) {
    updateEndpoint(endpoint_id: $id, input: $input, version: $version) {
      id
    }
  }
`);

export const deleteUplink = graphql(`
  mutation DeleteEndpoint($id: ID!, $version: Int) {
    deleteEndpoint(endpoint_id: $id, version: $version) {
      message
    }
  }
`);

export const restoreUplink = graphql(`
  mutation RestoreEndpoint($id: ID!) {
    restoreEndpoint(endpoint_id: $id) {
      id
    }
  }
`);

export const drainUplink = graphql(`
  mutation DrainEndpoint($id: ID!, $reason: String!, $expires_in_seconds: Int) {
    drainEndpoint(endpoint_id: $id, reason: $reason, expires_in_seconds: $expires_in_seconds) {
      message
    }
  }
`);

export const undrainUplink = graphql(`
  mutation UndrainEndpoint($id: ID!) {
    undrainEndpoint(endpoint_id: $id) {
      message
    }
  }
`);

/** Queues of shaped uplinks, as edges told them last. */
export const queuesQuery = graphql(`
  query Queues {
    qosLines {
      site
      endpoint_id
      label
      rate_bps
      queue
      problem
      classes {
        class
        packets
        bytes
        drops
        backlog_bytes
        delay_ms
      }
    }
  }
`);

export type QueueLine = ResultOf<typeof queuesQuery>['qosLines'][number];
