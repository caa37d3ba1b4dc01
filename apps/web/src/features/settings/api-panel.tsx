import { Panel } from '../../shared/parts/panel.tsx';
import classes from './settings.module.css';

const places = [
  { path: '/graphql', label: 'GraphQL playground', about: 'Try queries and changes against this controller' },
  { path: '/api/v1/docs', label: 'REST API', about: 'Every operation, with examples to try' },
  { path: '/api/v1/openapi.json', label: 'OpenAPI document', about: 'For generators of clients' },
  { path: '/metrics', label: 'Prometheus metrics', about: 'What a monitoring system reads' },
];

/** Where programs and people who write them go. */
export const ApiPanel = () => (
  <Panel title="API">
    <ul className={classes.links}>
      {places.map(({ path, label, about }) => (
        <li key={path}>
          <a href={path}>{label}</a>
          <p>{about}</p>
        </li>
      ))}
    </ul>
  </Panel>
);
