import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifySwaggerUiOptions } from '@fastify/swagger-ui';

const type = 'image/svg+xml';

/** The page on which people browse the OpenAPI document, with the icon of the web page where that is built. */
export function docsPage(webDir: string | null): FastifySwaggerUiOptions {
  const file = webDir === null ? null : join(webDir, 'icon.svg');
  const icon = file !== null && existsSync(file) ? readFileSync(file) : null;
  const page = { routePrefix: '/api/v1/docs', theme: { title: 'Patronus REST API' } };
  if (icon === null) return page;
  const favicon = [{ filename: 'icon.svg', rel: 'icon', sizes: 'any', type, content: icon }];
  return { ...page, logo: { type, content: icon, href: '/', target: '_self' }, theme: { ...page.theme, favicon } };
}
