import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import 'graphiql/style.css';
import { createRoot } from 'react-dom/client';
import './playground.css';

/** Queries, mutations and subscriptions are sent to where the page came from. */
const fetcher = createGraphiQLFetcher({
  url: '/graphql',
  subscriptionUrl: `${location.origin.replace(/^http/, 'ws')}/graphql`,
});

const firstQuery = `# Mutations need a sign-in: put {"authorization": "Bearer TOKEN"} under Headers below.
{
  sites { id name location endpoints { id label address } }
  paths { source_site dest_site source_label dest_label latency health_status }
  policies { id priority name packets_matched bytes_matched }
}
`;

createRoot(document.querySelector('#root')!).render(<GraphiQL fetcher={fetcher} defaultQuery={firstQuery} />);
