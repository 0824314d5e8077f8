import { type DirectiveLocation, GraphQLDirective, specifiedDirectives } from 'graphql';

/** The directive locations of the published specification (§3.13; October 2021 and September 2025 have the same). */
const publishedLocations = new Set<`${DirectiveLocation}`>([
  'QUERY',
  'MUTATION',
  'SUBSCRIPTION',
  'FIELD',
  'FRAGMENT_DEFINITION',
  'FRAGMENT_SPREAD',
  'INLINE_FRAGMENT',
  'VARIABLE_DEFINITION',
  'SCHEMA',
  'SCALAR',
  'OBJECT',
  'FIELD_DEFINITION',
  'ARGUMENT_DEFINITION',
  'INTERFACE',
  'UNION',
  'ENUM',
  'ENUM_VALUE',
  'INPUT_OBJECT',
  'INPUT_FIELD_DEFINITION',
]);

/**
 * The directives of the schema: those of the specification, at its published locations only. graphql-js 16.15 adds a location
 * of the draft, `DIRECTIVE_DEFINITION`, to `@deprecated`; clients that do not know it cannot read the introspection result
 * (graphql-core 3.2 for Python raises an error). Can go when the location is published and clients know it.
 */
export const publishedDirectives: readonly GraphQLDirective[] = specifiedDirectives.map((directive) => {
  const { locations, ...config } = directive.toConfig();
  return new GraphQLDirective({ ...config, locations: locations.filter((location) => publishedLocations.has(location)) });
});
