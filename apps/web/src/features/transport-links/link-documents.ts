import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

export const linksQuery = graphql(`
  query TransportLinks {
    transportLinks {
      a
      b
    }
    transportLinksVersion
    leftOutPairs(limit: 1000, sort: "source_site,dest_site") {
      source_site
      source_label
      dest_site
      dest_label
      reason
    }
  }
`);

type Answer = ResultOf<typeof linksQuery>;
export type LeftOutPair = Answer['leftOutPairs'][number];

export interface TransportLink {
  readonly a: string;
  readonly b: string;
}

/** Null: all labels reach all. */
export type TransportLinks = readonly TransportLink[] | null;

export const setLinks = graphql(`
  mutation SetTransportLinks($links: [TransportLinkInput!], $version: Int) {
    setTransportLinks(links: $links, version: $version) {
      a
      b
    }
  }
`);
