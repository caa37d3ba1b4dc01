import { graphql, type ResultOf } from '../../shared/api/graphql.ts';

export const classesQuery = graphql(`
  query Classes {
    qosClasses {
      name
      guarantee_percent
      ceiling_percent
      priority
      trust_dscp
      set_dscp
      is_default
      version
    }
    policies(limit: 1000) {
      id
      name
      action {
        qos_class
      }
    }
  }
`);

export type QosClass = ResultOf<typeof classesQuery>['qosClasses'][number];

export const createClass = graphql(`
  mutation CreateQosClass($input: QosClassInput!) {
    createQosClass(input: $input) {
      name
    }
  }
`);

export const updateClass = graphql(`
  mutation UpdateQosClass($name: String!, $version: Int!, $input: QosClassChanges!) {
    updateQosClass(name: $name, version: $version, input: $input) {
      name
    }
  }
`);

export const deleteClass = graphql(`
  mutation DeleteQosClass($name: String!, $version: Int!) {
    deleteQosClass(name: $name, version: $version) {
      message
    }
  }
`);
