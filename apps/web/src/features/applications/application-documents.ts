import { graphql, type ResultOf, type VariablesOf } from '../../shared/api/graphql.ts';

const applicationFields = graphql(`
  fragment ApplicationFields on CatalogueApplication {
    id
    name
    title
    description
    category
    signatures {
      domains
      prefixes
      ports {
        protocol
        from
        to
      }
    }
    dscp
    custom
    version
  }
`);

export const applicationsQuery = graphql(
  `
    query Applications {
      applications(limit: 1000) {
        ...ApplicationFields
      }
    }
  `,
  [applicationFields],
);

export const applicationQuery = graphql(
  `
    query Application($application: ID!) {
      application(id: $application) {
        ...ApplicationFields
      }
      policies(limit: 1000) {
        id
        name
        match_conditions {
          applications
          application_categories
          any_of {
            applications
            application_categories
          }
        }
      }
    }
  `,
  [applicationFields],
);

export const createApplication = graphql(`
  mutation CreateApplication($input: ApplicationInput!) {
    createApplication(input: $input) {
      name
    }
  }
`);

export const updateApplication = graphql(`
  mutation UpdateApplication($application: ID!, $input: ApplicationChanges!, $version: Int) {
    updateApplication(id: $application, input: $input, version: $version) {
      name
    }
  }
`);

export const deleteApplication = graphql(`
  mutation DeleteApplication($application: ID!) {
    deleteApplication(id: $application) {
      message
    }
  }
`);

export type Application = ResultOf<typeof applicationsQuery>['applications'][number];
export type Signature = Application['signatures'][number];
export type ApplicationInput = VariablesOf<typeof createApplication>['input'];
type NamingPolicy = ResultOf<typeof applicationQuery>['policies'][number];

/** Policies that mean an application by its name or its category. */
export const policiesNaming = (policies: readonly NamingPolicy[], { name, category }: Application) =>
  policies.filter(({ match_conditions: { any_of: alternatives, ...own } }) =>
    [own, ...(alternatives ?? [])].some(
      (clause) =>
        clause.applications?.includes(name) === true || clause.application_categories?.includes(category) === true,
    ),
  );
