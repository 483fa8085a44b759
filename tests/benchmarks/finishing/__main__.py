"""`python -m benchmarks.finishing`: its rows alone."""

from benchmarks.finishing.measuring import measure

if __name__ == "__main__":
    for row in measure().rows:
        print(row.figure, row.measured, row.baseline, row.goal, row.met, sep=" | ")
