/*
 * The web page: the network as it is now, and the means to change it. It speaks the controller's public API only. `app` is
 * the frame around all pages, `features` has a folder for each part, `shared` what several of them need.
 */
import '@fontsource-variable/inter/wght.css';
import './app/mantine-styles.ts';
import '@mantine/notifications/styles.css';
import './app/theme.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { router } from './app/router.tsx';
import { openServices } from './shared/services.tsx';

const services = openServices(location.origin, () => {
  const { pathname, href } = router.state.location;
  if (services.session.current().kind !== 'anonymous' || pathname === '/sign-in' || pathname === '/setup') return;
  void router.navigate({ to: '/sign-in', search: { return: href } });
});
createRoot(document.getElementById('root')!).render(<App services={services} />);
