"""Nights without a person or a clock, for the tests and for `bench`.

databases.py            a throwaway Postgres, and copies of its databases
vendors.py              the sandbox's servers, answered in this process
environment.py          what the pipeline's tasks take from where they run
in_process_pipeline.py  from a world to built marts, in seconds
forked_nights.py        the tasks of whole nights, each in a process of its own (forked_tasks.py)
kill_points.py          named points of a night at which a process is killed or stopped
small_year.py           the population and the calendar of such nights
machine.py              one home with all its services, and the command line on it
digests.py              what a warehouse holds, as digests
planted_ratings.py      made-up customers in whom each touchpoint's effect is planted
shapley.py              brute force, to check relative weights against
"""
