import { ActionIcon, type ActionIconProps } from '@mantine/core';
import { IconUserCircle } from '@tabler/icons-react';
import type { ComponentPropsWithRef } from 'react';

/** Opens the menu of the account; alike before and after that is loaded. */
export const AccountButton = (
  props: ActionIconProps & Omit<ComponentPropsWithRef<'button'>, keyof ActionIconProps>,
) => (
  <ActionIcon variant="subtle" color="gray" size="lg" aria-label="Account and settings of this page" {...props}>
    <IconUserCircle size={22} stroke={1.6} />
  </ActionIcon>
);
