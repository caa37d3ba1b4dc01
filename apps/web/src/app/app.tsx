import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { RouterProvider } from '@tanstack/react-router';
import { ConfirmProvider } from '../shared/parts/confirm.tsx';
import { ServicesProvider, type Services } from '../shared/services.tsx';
import { router } from './router.tsx';
import { theme } from './theme.ts';

/** All pages with what they share. Styles come from files alone, as the content policy wants it. */
export const App = ({ services }: { services: Services }) => (
  <MantineProvider
    theme={theme}
    defaultColorScheme="auto"
    withCssVariables={false}
    withGlobalClasses={false}
    withStaticClasses={false}
  >
    <Notifications position="bottom-right" limit={4} />
    <ServicesProvider services={services}>
      <ConfirmProvider>
        <RouterProvider router={router} />
      </ConfirmProvider>
    </ServicesProvider>
  </MantineProvider>
);
