import type { ExprNode } from '../expression/node.js'
import type { NamedAggregate } from '../step/aggregate.js'
import type { StepNode } from '../step/node.js'

/** The step with each of its expressions replaced; the step itself when nothing changes. */
export function mapExpressions(step: StepNode, change: (expr: ExprNode) => ExprNode): StepNode {
  switch (step.kind) {
    case 'filter': {
      const predicate = change(step.predicate)
      return predicate === step.predicate ? step : { ...step, predicate }
    }
    case 'project':
      return { ...step, columns: step.columns.map(({ name, expr }) => ({ name, expr: change(expr) })) }
    case 'aggregate':
      return {
        ...step,
        keys: step.keys.map(({ name, expr }) => ({ name, expr: change(expr) })),
        aggregates: step.aggregates.map(part => mapArgument(part, change)),
      }
    default:
      return step
  }
}

function mapArgument(part: NamedAggregate, change: (expr: ExprNode) => ExprNode): NamedAggregate {
  const { argument, second } = part
  return {
    ...part,
    ...(argument && { argument: change(argument) }),
    ...(second && { second: change(second) }),
  }
}
