/* tslint:disable */
/* eslint-disable */
// this is an auto generated file. This will be overwritten

import * as APITypes from "../API";
type GeneratedQuery<InputType, OutputType> = string & {
  __generatedQueryInput: InputType;
  __generatedQueryOutput: OutputType;
};

export const entry = /* GraphQL */ `query Entry($id: ID!) {
  entry(id: $id) {
    id
    author {
      name
      __typename
    }

    ... on Note {
      text
    }
    ... on Picture {
      url
      shows {
        name
        __typename
      }
    }
  }
}
` as GeneratedQuery<APITypes.EntryQueryVariables, APITypes.EntryQuery>;
export const entries = /* GraphQL */ `query Entries {
  entries {
    id
    author {
      name
      __typename
    }

    ... on Note {
      text
    }
    ... on Picture {
      url
      shows {
        name
        __typename
      }
    }
  }
}
` as GeneratedQuery<APITypes.EntriesQueryVariables, APITypes.EntriesQuery>;
export const anything = /* GraphQL */ `query Anything {
  anything {
    ... on Note {
      id
      author {
        name
        __typename
      }
      text
    }
    ... on Picture {
      id
      author {
        name
        __typename
      }
      url
      shows {
        name
        __typename
      }
    }
    ... on Holder {
      empty {
        ... on Note {
          id
          text
        }
      }
      thing {
        ... on Note {
          id
          text
        }
        ... on Picture {
          id
          url
        }
      }
    }
  }
}
` as GeneratedQuery<APITypes.AnythingQueryVariables, APITypes.AnythingQuery>;
export const people = /* GraphQL */ `query People {
  people {
    ... on Person {
      name
      entries {
        id

        ... on Note {
          text
        }
        ... on Picture {
          url
        }
      }
      last {
        ... on Note {
          id
          text
        }
        ... on Picture {
          id
          url
        }
      }
    }
  }
}
` as GeneratedQuery<APITypes.PeopleQueryVariables, APITypes.PeopleQuery>;
export const empty = /* GraphQL */ `query Empty {
  empty {
    author {
      name
      __typename
    }

    ... on Note {
      id
      text
    }
  }
}
` as GeneratedQuery<APITypes.EmptyQueryVariables, APITypes.EmptyQuery>;
export const holder = /* GraphQL */ `query Holder {
  holder {
    empty {
      ... on Note {
        id
        text
      }
    }
    thing {
      ... on Note {
        id
        text
      }
      ... on Picture {
        id
        url
      }
    }
    __typename
  }
}
` as GeneratedQuery<APITypes.HolderQueryVariables, APITypes.HolderQuery>;
