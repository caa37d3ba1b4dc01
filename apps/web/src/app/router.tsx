import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { parseSearch, stringifySearch } from '../shared/address/search-text.ts';
import type { FeaturePage } from '../shared/feature.ts';
import { features } from './features.ts';
import { FailedPage, MissingPage } from './other-pages.tsx';
import { Shell } from './shell.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: MissingPage, errorComponent: FailedPage });
const shell = createRoute({ getParentRoute: () => root, id: 'shell', component: Shell });

const component = ({ load }: FeaturePage) => lazyRouteComponent(async () => ({ default: await load() }));

const within = features.flatMap(({ pages }) =>
  pages.map((page) => createRoute({ getParentRoute: () => shell, path: page.path, component: component(page) })),
);

/** Pages without the menu. */
const alone: readonly FeaturePage[] = [
  { path: '/sign-in', load: async () => (await import('../features/sign-in/sign-in-page.tsx')).SignInPage },
  { path: '/setup', load: async () => (await import('../features/sign-in/setup-page.tsx')).SetupPage },
];

/** The pages by their addresses. */
export const router = createRouter({
  routeTree: root.addChildren([
    shell.addChildren(within),
    ...alone.map((page) => createRoute({ getParentRoute: () => root, path: page.path, component: component(page) })),
  ]),
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: 'intent',
});
