/** Whether a row is part of the network, or was deleted and can still be restored. */
export type Standing = 'live' | 'deleted';

/** How `deleted_at` compares with null for rows of a standing. */
export const deletedAt = { live: 'is', deleted: 'is not' } as const satisfies Record<Standing, string>;
