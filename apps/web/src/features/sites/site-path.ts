/** The address of a site's page; names say more than ids. */
export const sitePath = (site: string): string => `/sites/${encodeURIComponent(site)}`;
